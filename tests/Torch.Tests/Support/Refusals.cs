namespace MirroredInfluence.Torch.Tests;

internal static class Refusals
{
    public static string Invalid(Action action) => MessageOf(FailureKind.Invalid, action);

    public static string Data(Action action) => MessageOf(FailureKind.Data, action);

    private static string MessageOf(FailureKind kind, Action action)
    {
        var failure = Assert.Throws<MirroredException>(action);
        Assert.Equal(kind, failure.Kind);
        return failure.Message;
    }
}
