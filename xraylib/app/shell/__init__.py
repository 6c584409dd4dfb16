"""What every page stands in: frame, session, sign-in, charts, jobs."""
