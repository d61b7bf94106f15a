namespace MirroredInfluence.Engine.Tests;

/// <summary>The models that Models/make.py makes.</summary>
internal static class Archives
{
    public static string Classifier { get; } = Of("classifier");

    /// <summary>The classifier without the exporter's declaration.</summary>
    public static string Undeclared { get; } = Of("undeclared");

    /// <summary>With BatchNorm.</summary>
    public static string Normalised { get; } = Of("normalised");

    /// <summary>With prefix and suffix.</summary>
    public static string Split { get; } = Of("split");

    /// <summary>Takes noise and a timestep.</summary>
    public static string Denoiser { get; } = Of("denoiser");

    /// <summary>loss = exp(w·x) with w = 0.</summary>
    public static string Exponential { get; } = Of("exponential");

    /// <summary>The exponential, with an assertion that every loss is a number.</summary>
    public static string Bounded { get; } = Of("bounded");

    /// <summary>Returns one loss for all rows.</summary>
    public static string Scalar { get; } = Of("scalar");

    private static string Of(string name) => Path.Combine(AppContext.BaseDirectory, "Models", $"{name}.pt");
}
