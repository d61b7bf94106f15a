namespace MirroredInfluence;

/// <summary><see cref="RunSpec"/> → canonical JSON: every default filled in, fields in the order of the records. What is written reads back the same.</summary>
public static class RunSpecWriter
{
    public static string Write(RunSpec spec) => SpecJson.WriteText(spec);
}
