"""The paper's six networks on equal terms: trained, judged, compared."""
