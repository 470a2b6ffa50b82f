"""What a page of the client may load and run: only what lies beside it, and the scorer's WebAssembly."""

PAGE = (
    "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' blob: data:",
    "media-src 'self' blob:", "worker-src 'self'", "connect-src 'self'", "object-src 'none'", "base-uri 'none'",
    "form-action 'self'",
)  # fmt: skip
