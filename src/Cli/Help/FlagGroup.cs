using System.CommandLine;

namespace MirroredInfluence.Cli;

/// <summary>Flags that help shows under one title.</summary>
internal sealed record FlagGroup(string Title, IReadOnlyList<Option> Flags);
