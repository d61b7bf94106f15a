namespace MirroredInfluence.Storage;

internal interface IFileHeader
{
    int FormatVersion { get; }

    string Run { get; }
}
