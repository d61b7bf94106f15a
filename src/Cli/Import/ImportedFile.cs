namespace MirroredInfluence.Cli.Import;

internal sealed record ImportedFile(string Path, long RowCount, long Bytes);
