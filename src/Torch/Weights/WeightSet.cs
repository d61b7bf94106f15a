namespace MirroredInfluence.Torch;

/// <summary>θ̃ as a delta: the tensors that differ from θ̂, on the base model's device. docs/formats/weights.md. Safe for concurrent use by lanes.</summary>
public sealed class WeightSet : IDisposable
{
    private WeightSet(IReadOnlyList<string> tensorNames) => TensorNames = tensorNames;

    /// <summary>Sorted ordinally.</summary>
    public IReadOnlyList<string> TensorNames { get; }

    /// <summary>No tensor is one that the model's prefix reads, so that the prefix is shared with θ̂.</summary>
    public bool SharesPrefix => throw new NotImplementedException();

    /// <summary>Maps the file and checks all of it; on a CPU the tensors lie in the map.</summary>
    /// <exception cref="MirroredException">Data: missing, truncated, tampered with, or made from another base model.</exception>
    public static WeightSet Open(string path, BaseModel model) => throw new NotImplementedException();

    /// <summary>The same weights give the same bytes.</summary>
    public void Write(Stream destination) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
