"""otter-grader beside the two sides."""


def rows(classroom, root):
    return []
