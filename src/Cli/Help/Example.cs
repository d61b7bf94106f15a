namespace MirroredInfluence.Cli;

/// <param name="CommandLine">Without the program's name.</param>
internal sealed record Example(string CommandLine, string Meaning);
