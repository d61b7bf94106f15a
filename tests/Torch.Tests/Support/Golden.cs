using System.Collections.Immutable;
using System.Text.Json;

namespace MirroredInfluence.Torch.Tests;

/// <summary>Numbers that tests/golden/torch/make.py got from torch.optim.</summary>
internal static class Golden
{
    /// <summary>
    /// Both sides do the same float32 operations, but kernels of another machine may sum in another order: a sum of at most 5 products is off by
    /// 5 units of 2^-24 in each layer, and Adam divides by a root of the square, which keeps a relative error. Three steps of three layers: 2^-24 · 5 · 9 ≈ 3e-6.
    /// </summary>
    private const double Tolerance = 3e-6;

    private static readonly JsonElement Document = Read();

    public static IEnumerable<(string Model, float[] Losses)> BaseLosses =>
        Document.GetProperty("baseLosses").EnumerateObject().Select(property => (property.Name, Floats(property.Value)));

    public static IEnumerable<GoldenAscent> Ascents => Document.GetProperty("cases").EnumerateArray().Select(ReadAscent);

    public static Rows Rows() => new(
        Floats(Document.GetProperty("x")), [.. Document.GetProperty("y").EnumerateArray().Select(value => value.GetInt64())]);

    public static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual, string where)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var index = 0; index < expected.Count; index++)
        {
            var bound = Tolerance * Math.Max(1, Math.Abs(expected[index]));
            Assert.True(Math.Abs(expected[index] - actual[index]) <= bound, $"{where}[{index}]: {actual[index]:R}, PyTorch has {expected[index]:R}");
        }
    }

    private static GoldenAscent ReadAscent(JsonElement json)
    {
        var options = json.GetProperty("options");
        var expected = json.GetProperty("expected");
        return new GoldenAscent(
            json.GetProperty("model").GetString()!,
            new AscentSpec
            {
                Direction = Enum.Parse<AscentDirection>(options.GetProperty("direction").GetString()!, ignoreCase: true),
                Steps = options.GetProperty("steps").GetInt32(),
                Optimizer = Enum.Parse<OptimizerKind>(options.GetProperty("optimizer").GetString()!, ignoreCase: true),
                LearningRate = options.GetProperty("learningRate").GetDouble(),
                Momentum = options.GetProperty("momentum").GetDouble(),
                WeightDecay = options.GetProperty("weightDecay").GetDouble(),
                Mode = Enum.Parse<AscentMode>(options.GetProperty("mode").GetString()!, ignoreCase: true),
                Repeat = options.GetProperty("repeat").GetInt32(),
            },
            expected.GetProperty("lossBefore").GetDouble(),
            expected.GetProperty("lossAfter").GetDouble(),
            expected.GetProperty("tensors").EnumerateObject().ToImmutableSortedDictionary(item => item.Name, item => Floats(item.Value), StringComparer.Ordinal));
    }

    private static float[] Floats(JsonElement json) => [.. json.EnumerateArray().Select(value => value.GetSingle())];

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "ascents.json")));
        return document.RootElement.Clone();
    }
}
