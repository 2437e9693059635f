"""Every operation of the quiz service, by subject; the whole list in one place."""

from contracts.quiz.operations.attempts import (
    get_attempt,
    mark_answer,
    my_exams,
    save_answer,
    start_attempt,
    submit_attempt,
    tell_answer,
)
from contracts.quiz.operations.exam_statistics import exam_statistics
from contracts.quiz.operations.exams import (
    cancel_exam,
    create_exam,
    get_exam,
    list_exams,
    list_overrides,
    put_override,
    update_exam,
)
from contracts.quiz.operations.hints import exam_hints, judge_hint
from contracts.quiz.operations.marking import get_marking, give_mark, list_markings
from contracts.quiz.operations.media import add_media, get_attempt_media, get_media, get_practice_media
from contracts.quiz.operations.papers import create_paper, get_paper, list_papers, paper_feasibility, paper_overlap
from contracts.quiz.operations.practice import (
    answer_practice,
    get_practice,
    list_wrong_questions,
    remove_wrong_question,
)
from contracts.quiz.operations.questions import (
    IMPORT_ID_PREFIX,
    create_question,
    export_questions,
    get_import,
    get_question,
    import_questions,
    list_question_revisions,
    list_questions,
    question_template,
    questions_left_out,
    update_question,
)
from contracts.quiz.operations.regrades import (
    apply_regrade,
    get_regrade,
    list_regrade_changes,
    list_regrades,
    propose_regrade,
)

__all__ = [
    "IMPORT_ID_PREFIX",
    "add_media",
    "answer_practice",
    "apply_regrade",
    "cancel_exam",
    "create_exam",
    "create_paper",
    "create_question",
    "exam_hints",
    "exam_statistics",
    "export_questions",
    "get_attempt",
    "get_attempt_media",
    "get_exam",
    "get_import",
    "get_marking",
    "get_media",
    "get_paper",
    "get_practice",
    "get_practice_media",
    "get_question",
    "get_regrade",
    "give_mark",
    "import_questions",
    "judge_hint",
    "list_exams",
    "list_markings",
    "list_overrides",
    "list_papers",
    "list_question_revisions",
    "list_questions",
    "list_regrade_changes",
    "list_regrades",
    "list_wrong_questions",
    "mark_answer",
    "my_exams",
    "paper_feasibility",
    "paper_overlap",
    "propose_regrade",
    "put_override",
    "question_template",
    "questions_left_out",
    "remove_wrong_question",
    "save_answer",
    "start_attempt",
    "submit_attempt",
    "tell_answer",
    "update_exam",
    "update_question",
]
