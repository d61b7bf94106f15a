namespace MirroredInfluence.Testing;

internal sealed record CommandOutcome(int ExitCode, string Output, string Error);
