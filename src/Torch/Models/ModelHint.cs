namespace MirroredInfluence.Torch;

/// <summary>What a person may change where the model refuses what it was given.</summary>
internal static class ModelHint
{
    /// <param name="words">The model's own.</param>
    /// <returns>In brackets, or empty.</returns>
    public static string Of(string words, ArgumentLayout layout)
    {
        if (words.Contains("more than 1 value per channel", StringComparison.Ordinal))
            return " (BatchNorm in train mode needs 2 rows: set ascent.repeat to 2)";
        var isBeyond = words.Contains("index", StringComparison.OrdinalIgnoreCase)
            && (words.Contains("out of range", StringComparison.Ordinal) || words.Contains("out of bounds", StringComparison.Ordinal));
        return isBeyond && layout.Sources.OfType<TimestepArgument>().FirstOrDefault() is { } timestep
            ? $" (timesteps are drawn from 0 to {timestep.Timesteps - 1}: if the model knows fewer, set score.draws.timesteps to its number)"
            : "";
    }
}
