using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MirroredInfluence.Torch.Native;

namespace MirroredInfluence.Torch;

/// <summary>θ̃ as a delta: the tensors that differ from θ̂, on the base model's device. docs/formats/weights.md. Safe for concurrent use by lanes.</summary>
public sealed unsafe class WeightSet : IDisposable
{
    private const string FormatName = "format";
    private const string Format = "mirrored-delta-1";
    private const string BaseName = "base_sha256";
    private const string SubjectName = "of";
    private const string ContentName = "content_sha256";
    private const int WriteBytes = 1 << 20;

    private readonly MappedBytes? _map;
    private readonly ImmutableArray<ModelTensor> _tensors;

    internal WeightSet(BaseModel model, WeightsHandle handle, MappedBytes? map = null)
    {
        Model = model;
        Handle = handle;
        _map = map;
        _tensors = [.. Enumerable.Range(0, NativeMethods.WeightsCount(handle)).Select(TensorAt)];
        TensorNames = [.. _tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>Sorted ordinally.</summary>
    public IReadOnlyList<string> TensorNames { get; }

    /// <summary>No tensor is one that the model's prefix reads, so that the prefix's features are shared with θ̂. False without a prefix.</summary>
    public bool SharesPrefix => Model.Signature.HasPrefix && !_tensors.Any(tensor => tensor.UsedByPrefix);

    internal BaseModel Model { get; }

    internal WeightsHandle Handle { get; }

    /// <summary>Maps the file and checks all of it, every byte; on a CPU the tensors lie in the map.</summary>
    /// <param name="subject">What it must be of, as given to <see cref="Write"/>.</param>
    /// <exception cref="MirroredException">Data: missing, truncated, tampered with, of something else, or made from another base model.</exception>
    public static WeightSet Open(string path, BaseModel model, string subject)
    {
        MappedBytes? map = null;
        try
        {
            map = new MappedBytes(path);
            var header = SafetensorsHeader.Read(map.Head, map.ByteCount);
            CheckMetadata(header, model, subject);
            var handle = LoadTensors(path, model, map, header, subject);
            return new WeightSet(model, handle, map);
        }
        catch (Exception exception)
        {
            map?.Dispose();
            if (exception is FormatException or IOException or UnauthorizedAccessException)
                throw Failure.Data($"{path}: not a usable weight set: {exception.Message}. Delete it and run again.", exception);
            throw;
        }
    }

    /// <summary>The same weights give the same bytes.</summary>
    /// <param name="subject">Run and query that they are of.</param>
    public void Write(Stream destination, string subject)
    {
        if (_tensors.FirstOrDefault(tensor => SafetensorsDtypes.CodeOf(tensor.Dtype) is null) is { } odd)
            throw Failure.Invalid($"Tensor '{odd.Name}' is {odd.Dtype}, which safetensors cannot hold.");
        var ordered = SafetensorsWriter.InFileOrder(_tensors).ToList();
        var content = WriteData(Stream.Null, ordered, subject);
        SafetensorsWriter.WriteHeader(destination, [(FormatName, Format), (BaseName, Model.Sha256), (SubjectName, subject), (ContentName, content)], ordered);
        WriteData(destination, ordered, subject);
    }

    public void Dispose()
    {
        Handle.Dispose();
        _map?.Dispose();
    }

    private static void CheckMetadata(SafetensorsHeader header, BaseModel model, string subject)
    {
        var format = header.Metadata.GetValueOrDefault(FormatName, "absent");
        if (format != Format)
            throw new FormatException($"its metadata '{FormatName}' is {format}; expected {Format}");
        var sha256 = header.Metadata.GetValueOrDefault(BaseName, "absent");
        if (sha256 != model.Sha256)
            throw new FormatException($"it was made from the base model with SHA-256 {sha256}; {model.Path} has {model.Sha256}");
        var found = header.Metadata.GetValueOrDefault(SubjectName, "absent");
        if (found != subject)
            throw new FormatException($"it is of {found}; expected {subject}");
    }

    /// <summary>SHA-256 of what it is of and of the tensors' names, each followed by a zero byte, then of their data.</summary>
    private static IncrementalHash BeginContent(string subject, IEnumerable<string> tensorNames)
    {
        var content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in tensorNames.Prepend(subject))
            content.AppendData(Encoding.UTF8.GetBytes(name + "\0"));
        return content;
    }

    private static void CheckContent(SafetensorsHeader header, MappedBytes map, string subject)
    {
        using var content = BeginContent(subject, header.Entries.Select(entry => entry.Name));
        for (var start = header.DataStart; start < map.ByteCount; start += WriteBytes)
            content.AppendData(new ReadOnlySpan<byte>(map.Start + start, (int)Math.Min(WriteBytes, map.ByteCount - start)));
        if (Convert.ToHexStringLower(content.GetHashAndReset()) != header.Metadata.GetValueOrDefault(ContentName))
            throw new FormatException("its tensors are not what was written");
    }

    private static WeightsHandle LoadTensors(string path, BaseModel model, MappedBytes map, SafetensorsHeader header, string subject)
    {
        var tensors = new NativeTensor[header.Entries.Length];
        for (var index = 0; index < tensors.Length; index++)
        {
            var entry = header.Entries[index];
            var tensorIndex = model.TensorIndex(entry.Name);
            if (tensorIndex < 0)
                throw new FormatException($"the base model has no tensor '{entry.Name}'");
            var expected = model.Signature.Tensors[tensorIndex];
            if (entry.Dtype != expected.Dtype || !entry.Shape.SequenceEqual(expected.Shape))
            {
                throw new FormatException(
                    $"tensor '{entry.Name}' is {entry.Dtype} [{string.Join(',', entry.Shape)}]; the base model's is {expected.Dtype} [{string.Join(',', expected.Shape)}]");
            }

            tensors[index] = new NativeTensor { TensorIndex = tensorIndex, Data = map.Start + header.DataStart + entry.ByteStart };
        }

        CheckContent(header, map, subject);
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        fixed (NativeTensor* data = tensors)
        {
            var status = NativeMethods.WeightsLoad(model.Handle, data, tensors.Length, out var handle, &error);
            return status == NativeStatus.Ok ? handle : throw error.ToException(status, path);
        }
    }

    private ModelTensor TensorAt(int index) => Model.Signature.Tensors[NativeMethods.WeightsTensorIndex(Handle, index)];

    /// <returns>Digest of what was written, lower-case hex.</returns>
    private string WriteData(Stream destination, List<ModelTensor> tensors, string subject)
    {
        using var content = BeginContent(subject, tensors.Select(tensor => tensor.Name));
        foreach (var tensor in tensors)
            WriteTensor(destination, content, _tensors.IndexOf(tensor), SafetensorsWriter.ByteCount(tensor));
        return Convert.ToHexStringLower(content.GetHashAndReset());
    }

    private void WriteTensor(Stream destination, IncrementalHash content, int index, long byteCount)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)byteCount);
        try
        {
            var errorBytes = stackalloc byte[NativeText.ErrorBytes];
            var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
            var status = NativeMethods.WeightsRead(Handle, index, memory, byteCount, &error);
            if (status != NativeStatus.Ok)
                throw error.ToException(status, _tensors[index].Name);
            for (long start = 0; start < byteCount; start += WriteBytes)
            {
                var bytes = new ReadOnlySpan<byte>(memory + start, (int)Math.Min(WriteBytes, byteCount - start));
                content.AppendData(bytes);
                destination.Write(bytes);
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }
}
