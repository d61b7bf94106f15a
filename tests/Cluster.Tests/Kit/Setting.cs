namespace MirroredInfluence.Cluster.Tests;

/// <summary>What the environment says of how much is tested.</summary>
internal static class Setting
{
    public static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var given) ? given : otherwise;
}
