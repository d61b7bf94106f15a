namespace MirroredInfluence.Storage;

internal static class PlanFile
{
    public static void Write(Stream stream, RunPlan plan, string run) => throw new NotSupportedException();

    public static RunPlan Read(byte[] bytes, string name, RunManifest manifest) => throw new NotSupportedException();
}
