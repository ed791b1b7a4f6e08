"""The telecom tasks of tau2-bench, solved in calls with a scripted caller; see README.md."""
