"""One prepared model in memory: token numbers in, one row of numbers out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.embedding.bert import first_position
from localassist.adapters.embedding.folder import GRAPH_FILE
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from localassist.adapters.embedding.folder import ModelFolder

REINSTALL: Final = "Run `localassist doctor`, or `make setup` to install it again."


class Encoder:
    """Runs a graph on the thread that calls it; many threads may call at once.

    One text a run, so nothing is padded: on a processor that is as fast as many at once, and a text's vector does
    not depend on what it is embedded with. What a run takes it gives back; only the weights stay.
    """

    def __init__(self, graph: Path, model: ModelFolder) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(graph / GRAPH_FILE),
                options,
                providers=["CPUExecutionProvider"],
                # onnxruntime's fused form of it takes several times as long as its parts.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
        except Exception as error:  # the library has a dozen types of its own
            raise ModelError(
                f"The prepared model {graph.name} could not be loaded ({type(error).__name__}).", REINSTALL
            ) from error
        self._first = first_position(model.config)

    def run(self, ids: Sequence[int], types: Sequence[int]) -> NDArray[np.float32]:
        """The row for a text of these token numbers and segment numbers. Raises `ModelError`."""
        import numpy as np

        try:
            found: Any = self._session.run(
                None,
                {
                    "input_ids": np.array([ids], np.int32),
                    "position_ids": np.arange(self._first, self._first + len(ids), dtype=np.int32),
                    "token_type_ids": np.array([types], np.int32),
                },
            )[0]
        except Exception as error:  # as above
            raise ModelError(f"The model could not be run ({type(error).__name__}).", REINSTALL) from error
        row: NDArray[np.float32] = found[0]
        return row


def read_tokenizer(model: ModelFolder, name: str) -> Any:
    """The model's tokenizer, which neither cuts nor pads. Raises `ModelError`."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(model.tokenizer))
    except Exception as error:  # the library has no type of its own
        raise ModelError(
            f"The tokenizer of the model {name} could not be loaded ({type(error).__name__}).", REINSTALL
        ) from error
    # The file cuts and pads as it was trained; counting needs the true length.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
