"""The figures of a run in the words of Prometheus: what there is, who keeps and adds it up, and where it is written.

Nothing in here imports ``prometheus_client`` before somebody asks for its text: a run that nobody scrapes pays nothing.
"""
