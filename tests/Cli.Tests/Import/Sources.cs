using System.Globalization;
using System.IO.Compression;
using System.Text;
using MirroredInfluence.Cli.Import;

namespace MirroredInfluence.Cli.Tests.Import;

/// <summary>Makes source files byte by byte, as their formats define them, and reads sources to the end.</summary>
internal static class Sources
{
    /// <summary>Element type uint8, one dimension a size.</summary>
    public static byte[] Idx(uint[] sizes, params byte[] elements) => Idx(0x08, sizes, elements);

    public static byte[] Idx(byte type, uint[] sizes, params byte[] elements) =>
        [0, 0, type, (byte)sizes.Length, .. sizes.SelectMany(size => new[] { (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size }), .. elements];

    public static byte[] Npy(string descr, string shape, byte[] elements, int version = 1, bool isFortranOrder = false) =>
        NpyOf($"{{'descr': '{descr}', 'fortran_order': {(isFortranOrder ? "True" : "False")}, 'shape': ({shape}), }}", elements, version);

    public static byte[] NpyOf(string header, byte[] elements, int version = 1)
    {
        var text = Encoding.UTF8.GetBytes(header + "\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)text.Length) : BitConverter.GetBytes(text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. elements];
    }

    public static byte[] Npz(CompressionLevel compression, params (string Name, byte[] Npy)[] members)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, npy) in members)
            {
                using var member = archive.CreateEntry(name + ".npy", compression).Open();
                member.Write(npy);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>Every row as text: elements by little-endian hex for tensors, the text itself, <c>null</c>.</summary>
    public static List<string> ReadAll(string source)
    {
        using var files = new SourceFiles();
        var rows = new List<string>();
        RowSource[] sources = [.. RowSources.Open(SourceSpec.Parse(source), files)];
        for (var row = 0L; row < sources[0].RowCount; row++)
        {
            foreach (var each in sources)
                each.ReadRow();
            rows.Add(string.Join(' ', sources.SelectMany(each => each.Columns).Select(Show)));
        }

        return rows;
    }

    /// <summary><c>name: dtype[size]</c></summary>
    public static string Describe(string source)
    {
        using var files = new SourceFiles();
        var columns = RowSources.Open(SourceSpec.Parse(source), files).SelectMany(each => each.Columns);
        return string.Join(", ", columns.Select(column =>
            $"{column.Name}: {column.Dtype?.Name() ?? "utf8"}{string.Concat(column.Shape.Select(size => string.Create(CultureInfo.InvariantCulture, $"[{size}]")))}{(column.IsNullable ? "?" : "")}"));
    }

    public static MirroredException Refusal(FailureKind kind, Action action)
    {
        var exception = Assert.Throws<MirroredException>(action);
        Assert.Equal(kind, exception.Kind);
        return exception;
    }

    private static string Show(SourceColumn column) => column switch
    {
        { IsNull: true } => "null",
        { Dtype: null } or { Shape.IsEmpty: true } => column.FormatValue(),
        _ => Convert.ToHexStringLower(column.Value),
    };
}
