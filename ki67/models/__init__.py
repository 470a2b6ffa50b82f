"""Networks: one architecture per file, each a plain builder function, and the training they share.

Importing any of it fixes how TensorFlow computes, because that can be said only before its first operation: two branches of
a network that run side by side finish in an order of chance, and the last bits of a sum depend on it. Of the cores it takes
all, or as many as TensorFlow's own variable says.
"""

import os

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS", "0")) or os.cpu_count() or 1
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
