using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Two submissions to one directory.</summary>
public static class OtherSpec
{
    /// <summary>A run that is under way is joined by who asks for the same, however it is computed and shown.</summary>
    /// <exception cref="MirroredException">Invalid: the specs ask for something else.</exception>
    public static void Refuse(string directory, RunSpec kept, RunSpec found)
    {
        string[] differences = [.. JsonDifferences.Of(Asked(kept), Asked(found))];
        if (differences.Length == 0)
            return;
        throw Failure.Invalid(
            $"{directory}: found another run, which was submitted with another spec: {JsonDifferences.Listed(differences)}. "
            + "Choose another directory, or delete this one if its run has ended and is not wanted any more.");
    }

    private static JsonObject Asked(RunSpec spec) => JsonNode.Parse(RunSpecWriter.Write(spec with { Compute = new ComputeSpec(), Report = new ReportSpec() }))!.AsObject();
}
