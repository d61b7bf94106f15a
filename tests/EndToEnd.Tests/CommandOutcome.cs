namespace MirroredInfluence.EndToEnd.Tests;

internal sealed record CommandOutcome(int ExitCode, string Output, string Error);
