namespace MirroredInfluence.Arrow.Tests;

internal static class Refusal
{
    /// <summary>The failure is of this kind and its message holds each of the texts.</summary>
    public static void Is(FailureKind kind, Action act, params string[] texts)
    {
        var failure = Assert.Throws<MirroredException>(act);
        Assert.Equal(kind, failure.Kind);
        foreach (var text in texts)
            Assert.Contains(text, failure.Message, StringComparison.Ordinal);
    }
}
