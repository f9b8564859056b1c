"""What is done with plans where the events are: bringing one in force, drafting one, trying one on what is stored.

plan_routes, draft_routes    over HTTP; parameters: what these take
plan_commands                on the command line; plan_options: what it takes, plan_told: what it prints
replay, replay_tally         a draft tried on stored events, and what that tells
inference                    a draft made of them
draft_runs, draft_worker     both in a process of their own beside the intake, by draft_work
"""
