"""The ticket: which parameters may be trained, how they are chosen, stored and trained.

The ways to make one:

    find_ticket            what stage 1 moves most
    find_in_folders        what a training of somebody else moved most
    Ticket.select          the largest of any numbers, one for each weight
    Ticket.by_magnitude    the largest weights
    Ticket.random          weights drawn by chance
    ticket.random_like     as many as a ticket has, by chance
    ticket.shuffled        as many in each tensor as it has, by chance
    ticket.restrict        its part in some layers or modules
    Ticket.load            the one in a file

The file of a ticket is a safetensors file. Its tensors and the code of the places are told at
`ltp_core.data.mask_file` and `ltp_core.arrays.rice`. Its header holds the fingerprint and the sizes
of the base model, and how the ticket was made.
"""
