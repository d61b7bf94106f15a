using System.IO.Enumeration;
using MirroredInfluence.Torch.Native;

namespace MirroredInfluence.Torch;

/// <summary>θ̂: a TorchScript archive on one device. Safe for concurrent use; lanes and weight sets share its tensors.</summary>
public sealed unsafe class BaseModel : IDisposable
{
    private readonly ModelHandle _handle;
    private readonly Dictionary<string, int> _tensorIndexes = [];

    private BaseModel(ModelHandle handle, string path, string sha256)
    {
        _handle = handle;
        Path = path;
        Sha256 = sha256;
        Signature = SignatureReader.Read(Describe(), out var device);
        Device = device;
        for (var index = 0; index < Signature.Tensors.Length; index++)
            _tensorIndexes.Add(Signature.Tensors[index].Name, index);
    }

    /// <summary>Or the address that it was copied from: what messages call it.</summary>
    public string Path { get; }

    /// <summary>Of the archive's bytes, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; }

    public ModelSignature Signature { get; }

    internal ModelHandle Handle => _handle;

    /// <param name="expectedSha256">When given, another file is refused before any of it is interpreted: a TorchScript file is code.</param>
    /// <param name="name">What messages call it: its address, when the path is a copy's.</param>
    /// <exception cref="MirroredException">Invalid: missing, another digest, damaged, not TorchScript, no usable forward, no such device.</exception>
    public static BaseModel Load(string path, string? expectedSha256 = null, string device = "cpu", string? name = null)
    {
        name ??= path;
        using var file = ReadFile(path, name);
        var sha256 = file.Sha256();
        if (expectedSha256 is not null && !string.Equals(sha256, expectedSha256, StringComparison.OrdinalIgnoreCase))
        {
            throw Failure.Invalid(
                $"{name}: its SHA-256 is {sha256}; the run pins {expectedSha256}. A model is code: use the file that was pinned, or pin this one.");
        }

        ArchiveCheck.Run(file, name);
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        var status = NativeMethods.ModelLoad(file.Start, file.ByteCount, device, out var handle, &error);
        if (status != NativeStatus.Ok)
            throw error.ToException(status, name);
        try
        {
            return new BaseModel(handle, name, sha256);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A lane on this device; to be used by one thread at a time.</summary>
    /// <param name="threads">Threads of the lane's kernels.</param>
    public Lane CreateLane(ArgumentLayout layout, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return new Lane(this, layout, threads);
    }

    /// <summary>θ̂ → θ̃ on a copy of the trainable tensors. Bit-identical when repeated with the same thread count.</summary>
    /// <exception cref="MirroredException">Invalid: nothing trainable, train mode changes nothing, the forward refuses the batch.</exception>
    public AscentResult Ascend(AscentSpec spec, AscentBatch batch, CancellationToken cancellationToken = default)
    {
        batch.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var trainable = TrainableIndexes(spec.Trainable);
        var cancelled = 0;
        var cancelledFlag = &cancelled;
        using var registration = cancellationToken.UnsafeRegister(_ => Volatile.Write(ref *cancelledFlag, 1), null);
        using var layout = new LayoutMemory(batch.Layout);
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        fixed (int* trainableData = trainable)
        fixed (nint* rowPointers = batch.RowPointers.Span)
        fixed (ulong* rowKeys = batch.RowKeys.Span)
        {
            var ascent = new NativeAscent
            {
                Trainable = trainableData,
                TrainableCount = trainable.Length,
                Maximise = spec.Direction == AscentDirection.Ascent ? 1 : 0,
                Steps = spec.Steps,
                Optimizer = (int)spec.Optimizer,
                Mode = (int)spec.Mode,
                Repeat = spec.Repeat,
                Threads = batch.Threads,
                LearningRate = spec.LearningRate,
                Momentum = spec.Momentum,
                WeightDecay = spec.WeightDecay,
                DrawCount = batch.DrawCount,
                MiniBatchRows = batch.MiniBatchRows,
                PerturbedArgument = batch.PerturbedArgumentIndex,
                PerturbationAttempt = batch.Perturbation?.AttemptIndex ?? 0,
                PerturbationRadius = batch.Perturbation?.Radius ?? 0,
                Cancelled = cancelledFlag,
            };
            var status = NativeMethods.ModelAscend(
                _handle, layout.Layout, &ascent, rowPointers, batch.RowCount, rowKeys, out var weights, out var before, out var after, &error);
            if (status == NativeStatus.Cancelled)
                throw new OperationCanceledException(cancellationToken);
            if (status != NativeStatus.Ok)
                throw error.ToException(status, $"{Path}, with {batch.Layout}{ModelHint.Of(error.ToString(), batch.Layout)}");
            return new AscentResult(new WeightSet(this, weights), before, after);
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Index in <see cref="ModelSignature.Tensors"/>, or −1.</summary>
    internal int TensorIndex(string name) => _tensorIndexes.GetValueOrDefault(name, -1);

    private static FileBytes ReadFile(string path, string name)
    {
        try
        {
            return new FileBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Failure.Invalid($"{name}: there is no such model file. Give the path of a TorchScript archive (torch.jit.save).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Invalid(Directory.Exists(path) ? $"{name}: is a folder; expected a TorchScript archive (torch.jit.save)." : $"{name}: the model file cannot be read: {exception.Message} Look at its permissions.", exception);
        }
    }

    private string Describe()
    {
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        for (long capacity = 64 * 1024; ;)
        {
            var bytes = new byte[capacity];
            fixed (byte* data = bytes)
            {
                var json = NativeText.Over(data, capacity);
                var status = NativeMethods.ModelDescribe(_handle, &json, &error);
                if (status != NativeStatus.Ok)
                    throw error.ToException(status, Path);
                if (json.Length < capacity)
                    return json.ToString();
                capacity = json.Length + 1;
            }
        }
    }

    private int[] TrainableIndexes(IReadOnlyCollection<string> globs)
    {
        var indexes = new List<int>();
        var unmatched = globs.ToHashSet();
        for (var index = 0; index < Signature.Tensors.Length; index++)
        {
            var tensor = Signature.Tensors[index];
            if (!tensor.IsParameter || !tensor.Dtype.Contains("float", StringComparison.Ordinal))
                continue;
            var matching = globs.Where(glob => Matches(glob, tensor)).ToList();
            unmatched.ExceptWith(matching);
            if (matching.Count > 0)
                indexes.Add(index);
        }

        if (unmatched.Count > 0 || indexes.Count == 0)
        {
            var some = string.Join(", ", Signature.Tensors.Where(tensor => tensor.IsParameter).Take(5).Select(tensor => tensor.Name));
            throw Failure.Invalid(
                $"ascent.trainable: no floating-point parameter matches '{unmatched.FirstOrDefault("")}'; the model's parameters are {(some.Length > 0 ? some + ", …" : "none")}.");
        }

        return [.. indexes];
    }

    private static bool Matches(string glob, ModelTensor tensor) =>
        tensor.OtherNames.Prepend(tensor.Name).Any(name => FileSystemName.MatchesSimpleExpression(glob, name, ignoreCase: false));
}
