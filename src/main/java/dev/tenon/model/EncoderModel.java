package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A frozen encoder: each token sees all tokens of its own sequence. */
public interface EncoderModel extends Network {
    @Override
    EncoderConfig config();

    /**
     * The last hidden states {@code [tokens, hidden]} of all parts, in their order: the frozen computation runs once, and
     * the hooks of each part act on its own tokens. Virtual tokens are not among them.
     */
    Tensor hidden(List<EncoderPart> parts);

    /** The layers of a head for this encoder, as Hugging Face builds and names them. */
    HeadForm headForm(HeadForm.Task task, int labels);

    /** The head that the checkpoint brought, or null; its tensors belong to the model. */
    @Nullable
    Head ownHead();

    /** First tokens {@code [sequences, hidden]} through the pooler of BERT's checkpoints. */
    Tensor pooled(Tensor first, Hooks hooks);
}
