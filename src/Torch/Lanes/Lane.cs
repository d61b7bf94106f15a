using MirroredInfluence.Torch.Native;

namespace MirroredInfluence.Torch;

/// <summary>Scores mini-batches on one device: its own module objects over the base model's tensors, its own buffers. One thread at a time.</summary>
public sealed unsafe class Lane : IDisposable
{
    private readonly BaseModel _model;
    private readonly ArgumentLayout _layout;
    private readonly LaneHandle _handle;

    internal Lane(BaseModel model, ArgumentLayout layout, int threads)
    {
        _model = model;
        _layout = layout;
        using var memory = new LayoutMemory(layout);
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        var status = NativeMethods.LaneCreate(model.Handle, memory.Layout, threads, out _handle, &error);
        if (status != NativeStatus.Ok)
            throw error.ToException(status, model.Path);
    }

    /// <summary>Makes rows the current mini-batch. Nothing runs yet but the gather of columns that cannot be borrowed.</summary>
    /// <param name="rowPointers">
    /// Addresses of the rows' bytes, [columns × rowCount], column-major in the order of <see cref="ArgumentLayout.Columns"/>. The bytes stay as they
    /// are until the next Load or Dispose.
    /// </param>
    /// <param name="rowKeys">[rowCount] when <see cref="ArgumentLayout.NeedsRowKeys"/>, else empty.</param>
    public void Load(ReadOnlySpan<nint> rowPointers, int rowCount, ReadOnlySpan<ulong> rowKeys)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rowPointers.Length, rowCount * _layout.Columns.Length);
        if (_layout.NeedsRowKeys || !rowKeys.IsEmpty)
            ArgumentOutOfRangeException.ThrowIfNotEqual(rowKeys.Length, rowCount);
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        fixed (nint* pointers = rowPointers)
        fixed (ulong* keys = rowKeys)
        {
            var status = NativeMethods.LaneLoad(_handle, pointers, rowCount, keys, &error);
            if (status != NativeStatus.Ok)
                throw ToException(error, status);
        }
    }

    /// <summary>
    /// Losses of the mini-batch in eval mode, unreduced. Noise of a draw and the features of a shared prefix are kept until the draw changes:
    /// loop over weight sets inside draws.
    /// </summary>
    /// <param name="weights">θ̃, or null for θ̂.</param>
    /// <param name="drawIndex">0-based, below 65536; without engine-made arguments it changes nothing.</param>
    /// <param name="losses">Destination, shape [rowCount].</param>
    /// <exception cref="MirroredException">Invalid: the forward refuses the arguments or returns another shape than [rowCount].</exception>
    public void Losses(WeightSet? weights, int drawIndex, Span<float> losses)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(drawIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drawIndex, ushort.MaxValue);
        if (weights is not null && weights.Model != _model)
            throw Failure.Internal("A lane was given weights of another model or device.");
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        fixed (float* destination = losses)
        {
            var status = NativeMethods.LaneLosses(_handle, weights?.Handle ?? WeightsHandle.Base, drawIndex, destination, losses.Length, &error);
            if (status != NativeStatus.Ok)
                throw ToException(error, status);
        }
    }

    public void Dispose() => _handle.Dispose();

    private Exception ToException(in NativeText error, NativeStatus status) => error.ToException(status, $"{_model.Path}, with {_layout}{ModelHint.Of(error.ToString(), _layout)}");
}
