"""The figures of a run in the words of Prometheus: what there is, who keeps it, and where it is written.

Nothing in here imports ``prometheus_client`` before somebody asks for figures: a run that nobody measures pays nothing.
"""
