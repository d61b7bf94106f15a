namespace MirroredInfluence.Torch;

/// <summary>Scores mini-batches on one device: its own module objects over the base model's tensors, its own buffers. One thread at a time.</summary>
public sealed class Lane : IDisposable
{
    private Lane()
    {
    }

    /// <summary>Makes rows the current mini-batch. Nothing runs yet but the gather of columns that cannot be borrowed.</summary>
    /// <param name="rowPointers">Addresses of the rows' bytes, [columns × rowCount], column-major in the order of <see cref="ArgumentLayout.Columns"/>; valid until the next Load or Dispose.</param>
    /// <param name="rowKeys">[rowCount] when <see cref="ArgumentLayout.NeedsRowKeys"/>, else empty.</param>
    public void Load(ReadOnlySpan<nint> rowPointers, int rowCount, ReadOnlySpan<ulong> rowKeys) => throw new NotImplementedException();

    /// <summary>
    /// Losses of the mini-batch in eval mode, unreduced. Noise of a draw and the features of a shared prefix are kept until the draw changes:
    /// loop over weight sets inside draws.
    /// </summary>
    /// <param name="weights">θ̃, or null for θ̂.</param>
    /// <param name="losses">Destination, shape [rowCount].</param>
    /// <exception cref="MirroredException">Invalid: the forward refuses the arguments or returns another shape than [rowCount].</exception>
    public void Losses(WeightSet? weights, int drawIndex, Span<float> losses) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
