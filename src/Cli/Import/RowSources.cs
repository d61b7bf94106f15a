using System.Buffers;
using System.IO.Compression;
using System.IO.Enumeration;

namespace MirroredInfluence.Cli.Import;

/// <summary>Opens sources; what a file is, its first bytes say.</summary>
internal static class RowSources
{
    /// <summary>What no text holds.</summary>
    private static readonly SearchValues<byte> ControlBytes = SearchValues.Create([.. Enumerable.Range(0, 32).Select(value => (byte)value).Except("\t\n\r"u8.ToArray())]);

    /// <returns>One source, or one for each array of an npz.</returns>
    public static IEnumerable<RowSource> Open(SourceSpec spec, SourceFiles files)
    {
        var head = ReadHead(spec.Path, files);
        if (head.AsSpan().StartsWith("PK"u8))
            return OpenMembers(spec, files);
        if (NpyFormat.IsNpy(head) || IdxFormat.IsIdx(head))
            return [OpenArray(spec, NpyFormat.IsNpy(head), files)];

        if (head.AsSpan().StartsWith("ARROW1"u8))
            throw Failure.Invalid($"{spec.Path}: is an Arrow file already; use it as it is.");
        if (head.AsSpan().StartsWith("PAR1"u8))
            throw Failure.Invalid($"{spec.Path}: is a Parquet file; expected IDX, npy, npz or CSV. Write it as Arrow from Python: pyarrow.feather.write_feather(pyarrow.parquet.read_table(…), …, compression='uncompressed').");
        if (head is [0x80, ..])
            throw Failure.Invalid($"{spec.Path}: is a pickle, which is code; expected IDX, npy, npz or CSV. Save its arrays from Python with numpy.savez and import that.");
        if (head.AsSpan().ContainsAny(ControlBytes))
            throw Failure.Data($"{spec.Path}: is a binary file of an unknown kind; expected IDX, npy, npz or CSV.");
        return [new CsvSource(spec.Path, () => files.Open(spec.Path, out _), spec.Member, spec.ColumnName)];
    }

    private static byte[] ReadHead(string path, SourceFiles files)
    {
        var head = new byte[512];
        try
        {
            return head[..files.Open(path, out _).ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException e)
        {
            throw Failure.Data($"{path}: the compressed data are damaged ({e.Message}). Fetch the file again.", e);
        }
    }

    private static RowSource OpenArray(SourceSpec spec, bool isNpy, SourceFiles files)
    {
        if (spec.Member is not null)
            throw Failure.Invalid($"{spec.Path}: holds one array; ':{spec.Member}' is for an array of an npz or columns of a CSV.");

        var columnName = spec.ColumnName ?? Path.GetFileName(spec.Path).Split('.')[0];
        var content = files.Open(spec.Path, out var lengthBytes);
        return isNpy
            ? NpyFormat.Open(spec.Path, content, lengthBytes, columnName)
            : IdxFormat.Open(spec.Path, content, lengthBytes, columnName);
    }

    private static IEnumerable<RowSource> OpenMembers(SourceSpec spec, SourceFiles files)
    {
        string[] names = [.. OpenArchive(spec.Path, files).Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".npy", StringComparison.Ordinal)).Select(name => name[..^4])];
        if (names.Length == 0)
        {
            var isTorch = OpenArchive(spec.Path, files).Entries.Any(entry => entry.Name == "data.pkl");
            throw Failure.Invalid(isTorch
                ? $"{spec.Path}: is a PyTorch file, whose pickle is code; expected IDX, npy, npz or CSV. Save its tensors from Python with numpy.savez and import that."
                : $"{spec.Path}: is a zip without arrays; expected the npz of numpy.savez.");
        }

        string[] picked = [.. names.Where(name => spec.Member is null || FileSystemName.MatchesSimpleExpression(spec.Member, name, ignoreCase: false))];
        if (picked.Length == 0)
            throw Failure.Invalid($"{spec.Path}: no array{(spec.Member is null ? "" : $" matches '{spec.Member}'")}; its arrays are {string.Join(", ", names)}.");
        if (spec.ColumnName is not null && picked.Length > 1)
            throw Failure.Invalid($"{spec.Path}: '{spec.ColumnName}' can name one array, not {string.Join(", ", picked)}. Write {spec.ColumnName}={spec.Path}:{picked[0]}.");
        return picked.Select(name => OpenMember(spec, name, files));
    }

    /// <summary>Each member is read through an archive of its own, so that members are read side by side.</summary>
    private static RowSource OpenMember(SourceSpec spec, string name, SourceFiles files)
    {
        var entry = OpenArchive(spec.Path, files).GetEntry(name + ".npy")!;
        try
        {
            return NpyFormat.Open($"{spec.Path}:{name}", files.Keep(entry.Open()), entry.Length, spec.ColumnName ?? name);
        }
        catch (InvalidDataException e)
        {
            throw Failure.Data($"{spec.Path}:{name}: cannot be unpacked ({e.Message})", e);
        }
    }

    private static ZipArchive OpenArchive(string path, SourceFiles files)
    {
        var content = files.Open(path, out var lengthBytes);
        if (lengthBytes is null)
            throw Failure.Invalid($"{path}: is an npz inside gzip; unpack it first (gunzip).");
        try
        {
            var archive = files.Keep(new ZipArchive(content, ZipArchiveMode.Read));
            _ = archive.Entries.Count;
            return archive;
        }
        catch (InvalidDataException e)
        {
            throw Failure.Data($"{path}: is a damaged npz ({e.Message}) Save or fetch the file again.", e);
        }
    }
}
