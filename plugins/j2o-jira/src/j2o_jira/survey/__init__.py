"""What is in a Jira: fields with how often they are filled, the values in use, people."""
