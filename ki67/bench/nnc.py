# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["nncodec==2.1.3", "numpy<2"]
# [tool.uv]
# override-dependencies = [
#     "torch; sys_platform == 'never'", "torchvision; sys_platform == 'never'", "torchmetrics; sys_platform == 'never'",
#     "ptflops; sys_platform == 'never'", "opencv-python; sys_platform == 'never'", "scikit-learn; sys_platform == 'never'",
#     "h5py; sys_platform == 'never'", "pandas; sys_platform == 'never'",
# ]
# ///
"""Arrays through the ISO neural-network codec and back. A script for an environment of its own: the codec needs numpy < 2.

`uv run --script nnc.py ARRAYS.npz FOLDER [QP]` writes a complete bitstream of ISO/IEC 15938-17, what it decodes to, and
what it took. Arrays of int32 are coded without loss; arrays of float32 by the codec's dependent quantiser, whose
step is set by QP. The codec's core is called without its training tools, so its environment needs no PyTorch.
"""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from nncodec.nnc_core import approximator, coder, nnr_model

Arrays = dict[str, Any]
QP_DENSITY, SCAN_ORDER, UNARY_LENGTH, LAMBDA = 2, 0, 10, 0.0  # as the codec's own `compress` has them
SETTINGS = {
    "cabac_unary_length_minus1": UNARY_LENGTH,
    "param_opt_flag": True,
    "partial_data_counter": 0,
    "general_profile_idc": 1,
    "node_id_present_flag": 1,
    "device_id": 0,
    "mps_parent_signalling_enabled_flag": 0,
    "parent_node_id_present_flag": 0,
    "temporal_context_modeling_flag": 0,
    "row_skip_enabled_flag": 1,
    "pre_signalling": 0,
}


def encode(arrays: Arrays, qp: int) -> bytes:
    """All arrays as one bitstream."""
    model = nnr_model.NNRModel(arrays).model_info
    data = approximator.init_approx_data(arrays, model, QP_DENSITY, SCAN_ORDER)
    plan = approximator.ApproxInfo(data, model, "uniform", 0, qp, False, False, UNARY_LENGTH, LAMBDA).approx_info
    quantized = approximator.approx(plan, model, data, SETTINGS)
    return bytes(coder.encode(SETTINGS, model, quantized)[0])


def decode(stream: bytes) -> Arrays:
    """The arrays of a bitstream."""
    data = coder.decode(stream, _tree(), oob_dict={})
    approximator.rec(data)
    decoded: Arrays = data["parameters"]
    return decoded


def _tree() -> defaultdict[str, Any]:
    """What the decoder notes about a model, entry by entry."""
    return defaultdict(_tree)


def main(source: Path, folder: Path, qp: int) -> None:
    """Encode, decode, and leave both with the CPU seconds they took."""
    with np.load(source, allow_pickle=False) as stored:
        arrays = {name: np.ascontiguousarray(stored[name]) for name in stored.files}
    start = time.process_time()
    stream = encode(arrays, qp)
    middle = time.process_time()
    decoded = decode(stream)
    end = time.process_time()
    (folder / "stream.nnc").write_bytes(stream)
    np.savez(folder / "decoded.npz", **decoded)
    (folder / "costs.json").write_text(json.dumps({"encode_s": middle - start, "decode_s": end - middle}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
