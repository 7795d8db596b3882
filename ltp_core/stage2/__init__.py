"""Stage 2: a soft prompt and a ticket, trained on a task.

How a text becomes a score for each class, and who does it:

    a text becomes a row of ids with one hole     PromptModel.encode    (cloze)
    rows become a batch                           PromptModel.batch
    the prompt is put in, the model reads         PromptModel.forward   (prompt_start, prompt_place)
    the state at the hole becomes scores          PromptModel.read      (PromptModel.class_rows)
    the loss moves the prompt and the ticket      train                 (body)

So the scores of some texts, (B, C), are `model(model.batch(model.encode(texts)))`; a softmax makes
probabilities of them.
"""
