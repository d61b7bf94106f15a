namespace MirroredInfluence.Torch;

/// <summary>θ̂: a TorchScript archive on one device. Safe for concurrent use; lanes share its tensors.</summary>
public sealed class BaseModel : IDisposable
{
    private BaseModel(string path, string sha256, string device, ModelSignature signature) =>
        (Path, Sha256, Device, Signature) = (path, sha256, device, signature);

    public string Path { get; }

    /// <summary>Of the archive's bytes, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; }

    public ModelSignature Signature { get; }

    /// <param name="expectedSha256">When given, another file is refused before any of it is interpreted: a TorchScript file is code.</param>
    /// <exception cref="MirroredException">Invalid: missing, another digest, not TorchScript, no usable forward, no such device.</exception>
    public static BaseModel Load(string path, string? expectedSha256 = null, string device = "cpu") => throw new NotImplementedException();

    /// <summary>A lane on this device; to be used by one thread at a time.</summary>
    /// <param name="threads">Threads of the lane's kernels.</param>
    public Lane CreateLane(ArgumentLayout layout, int threads) => throw new NotImplementedException();

    /// <summary>θ̂ → θ̃ on a copy of the trainable tensors. Bit-identical when repeated with the same thread count.</summary>
    /// <exception cref="MirroredException">Invalid: nothing trainable, train mode changes nothing, the forward refuses the batch.</exception>
    public AscentResult Ascend(AscentSpec spec, AscentBatch batch, CancellationToken cancellationToken) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
