"""What a file may ask of its reader, checked on what it declares, before anything is made of it."""

from collections.abc import Sequence

from ki67.container.adaptive import LARGEST, Message

DEFAULT_CAP = 1 << 30  # bytes
HEAD = 4096  # bytes of safetensors' own header: it names four tensors
HEADER_SHARE = 160  # the part of the cap that the header's text may be: as Python objects, a byte of it can take 80
LONGEST = 1 << 28  # symbols in a message: keeps the coder's products under 2^63
WIDEST = 1 << 16  # columns that may be ranked
CONTEXTS = 8
WORK_FREE, WORK_PER_BYTE = 1 << 22, 1 << 7  # entries of frequency tables to make, at all and for every byte of the file
WORK_PER_MESSAGE = 1 << 12  # entries that could be made in the time a message takes anyway
FILE_COPIES, BYTES_PER_TEXT, BYTES_PER_VALUE, BYTES_PER_ENTRY, BYTES_PER_SYMBOL, BYTES_PER_COLUMN = 4, 80, 24, 80, 48, 32


class Refused(ValueError):
    """Why a file is not read and what to do, without its name."""


def damaged(what: str) -> Refused:
    """The refusal of a file that is not as it was written; what it says of the file is made safe to print."""
    plain = "".join(letter if letter.isprintable() else " " for letter in what[:200])
    return Refused(f"damaged ({plain}); copy it again from where it came")


def check_file(size: int, cap: int) -> None:
    """Refuse a file that alone would fill the cap."""
    _check_room(FILE_COPIES * size, cap)


def check_messages(messages: Sequence[Message], file_size: int) -> None:
    """ValueError for what would keep a reader busy for longer than its file is worth, or be more than the coder can count."""
    for message in messages:
        if message.size > LONGEST:
            raise ValueError(f"{message.size} values in one kernel or kind")
        if message.contexts > 1 and message.columns > WIDEST:
            raise ValueError(f"{message.contexts} contexts for {message.columns} columns")
    tables = sum(message.contexts * message.alphabet * sum(1 for _ in message.blocks) for message in messages)
    if tables + WORK_PER_MESSAGE * len(messages) > WORK_FREE + WORK_PER_BYTE * file_size:
        raise ValueError("more work than a file of its size can be worth")


def check_memory(kernels: Sequence[Message], values: int, text: int, file_size: int, cap: int) -> None:
    """Refuse what would take more than the cap, by an upper bound on all that reading allocates."""
    indices = sum(message.size * (1 if message.alphabet <= 256 else 2) for message in kernels)
    tables = sum(message.alphabet for message in {m.family: m for m in kernels}.values())
    tables += max((message.contexts * message.alphabet for message in kernels), default=0) + 8 * 256
    columns = max((message.columns for message in kernels if message.contexts > 1), default=0)
    needed = FILE_COPIES * file_size + BYTES_PER_TEXT * text + indices + BYTES_PER_VALUE * values
    needed += BYTES_PER_ENTRY * tables + BYTES_PER_SYMBOL * LARGEST + BYTES_PER_COLUMN * columns
    _check_room(needed, cap)


def _check_room(needed: int, cap: int) -> None:
    if needed > cap:
        most = f"{needed / 1e6:.0f} MB, over the cap of {cap / 1e6:.0f} MB"
        raise Refused(f"needs up to {most}; raise the cap if you trust the file")
