"""Questions, papers, exams, attempts and their grading."""
