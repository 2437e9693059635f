"""The words of marking, regrades, statistics and hints."""

ZH = {
    "question.rubric_not_here": "只有简答题可以有评分要点。",
    "question.rubric_sum": "各评分要点的分值之和应等于该题分值。",
    "marking.score_missing": "请给出分数（本题没有评分要点）。",
    "marking.points_missing": "请按评分要点逐项给分，共 {count} 项，不必另给总分。",
    "regrade.unknown_question": "本次考试没有此题。",
    "regrade.no_key": "简答题没有标准答案，只能整题作废。",
    "regrade.no_partial_credit": "只有多选题和填空题可以更改部分得分规则。",
    "regrade.scoring_missing": "请给出评分规则 scoring：all_or_nothing 或 partial。",
    "regrade.other_blanks": "空的个数不能更改。",
    "state.waiting": "待评",
    "state.third": "待第三人评分",
    "state.proposed": "已拟定",
    "state.applying": "执行中",
    "state.applied": "已执行",
    "state.void": "已作废",
}

EN = {
    "question.rubric_not_here": "Only essays have a rubric.",
    "question.rubric_sum": "The rubric's parts must add up to the question's score.",
    "marking.score_missing": "Give a score; this question has no rubric.",
    "marking.points_missing": "Give points for each of the {count} parts of the rubric, and no score beside them.",
    "regrade.unknown_question": "The exam has no such question.",
    "regrade.no_key": "An essay has no key; it can only be declared void.",
    "regrade.no_partial_credit": "Only multiple choices and blanks have partial credit.",
    "regrade.scoring_missing": "Say which scoring: all_or_nothing or partial.",
    "regrade.other_blanks": "The number of blanks cannot change.",
    "state.waiting": "waiting",
    "state.third": "waiting for a third marker",
    "state.proposed": "proposed",
    "state.applying": "being applied",
    "state.applied": "applied",
    "state.void": "void",
}
