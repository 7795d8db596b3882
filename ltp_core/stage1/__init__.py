"""Stage 1: masked-LM training, and the ticket found from what it changed.

There are three ways to a ticket:

    lines  = {"text": ["one line of text", "another"]}             # or ltp.text("en")
    ticket = ltp.find_ticket(lm, lines, density=0.20)              # in one call

    after  = ltp.adapt(lm, lines)                                  # in two: train, then choose
    before = eligible(lm.model)
    ticket = ltp.Ticket.select(Deltas(before, after), 0.20, **origin(lm.model))

    ticket = ltp.find_in_folders("base", "trained", density=0.20)  # from a model trained before

The text needs no labels. One seed gives one ticket, bit for bit, on one CPU. On another machine
sums round in another way, so some places of the ticket can differ.
"""
