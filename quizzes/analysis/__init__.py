"""What the answers tell about the questions: statistics, findings, and the job that works them out."""
