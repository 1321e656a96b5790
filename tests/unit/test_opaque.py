"""Names of rows and requests: random, in order, and never those of another process."""

import os

from idp import opaque


def test_names_of_one_process_grow_and_differ():
    made = [opaque.identifier() for _ in range(2000)]

    assert made == sorted(set(made))
    assert {len(name) for name in made} == {26}


def test_references_differ():
    made = {opaque.reference() for _ in range(2000)}

    assert len(made) > 1990
    assert all(len(name) == 9 and name[4] == "-" for name in made)


def test_a_child_does_not_make_the_names_of_its_parent():
    """Random bytes are read ahead; what a child inherits of them, its parent goes on to use."""
    opaque.reference()
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, "".join(opaque.reference() for _ in range(20)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reader, 1024).decode()

    assert of_child != "".join(opaque.reference() for _ in range(20))
