using System.Globalization;
using System.Text;

namespace MirroredInfluence.Core.Tests;

public sealed class SpecFieldTests
{
    [Fact]
    public void EveryField_HasADescription() => Assert.All(SpecField.All, field => Assert.NotEmpty(field.Description));

    [Fact]
    public void Flags_AreThePathInKebabCase()
    {
        Assert.Equal("--ascent-learning-rate", Field("ascent.learningRate").Flag);
        Assert.Equal("--score-top-k", Field("score.topK").Flag);
        Assert.Equal("--model-sha256", Field("model.sha256").Flag);
        Assert.Equal("--score-draws-noise-argument", Field("score.draws.noiseArgument").Flag);
        Assert.Equal("--seed", Field("seed").Flag);
        Assert.Null(Field("train.columns.*.dtype").Flag);
        Assert.Distinct(SpecField.All.Select(field => field.Flag).OfType<string>());
    }

    [Fact]
    public void Defaults_AreWhatTheRecordsSay()
    {
        Assert.Equal("0.005", Field("ascent.learningRate").DefaultText);
        Assert.Equal("\"eval\"", Field("ascent.mode").DefaultText);
        Assert.Equal("[\"*\"]", Field("ascent.trainable").DefaultText);
        Assert.Equal("null", Field("score.draws").DefaultText);
        Assert.Null(Field("train.shards").DefaultText);
    }

    [Fact]
    public void WhatDoesNotChangeAResult_IsOutsideTheIdentity()
    {
        Assert.False(Field("compute.lanes").IsInIdentity);
        Assert.False(Field("score.maxUnscorable").IsInIdentity);
        Assert.True(Field("score.miniBatchRows").IsInIdentity);
    }

    /// <summary>The table in docs/formats/run-spec.md is this one. When the test fails, the message holds the table to put there.</summary>
    [Fact]
    public void TheReference_ListsEveryField()
    {
        var table = new StringBuilder("| field | default | value | meaning |\n|---|---|---|---|\n");
        foreach (var field in SpecField.All)
        {
            var value = field.DefaultText is null ? "required" : $"`{field.DefaultText}`";
            table.Append(CultureInfo.InvariantCulture, $"| `{field.Path}`{(field.IsInIdentity ? "" : " °")} | {value} | {Escaped(field.Expected)} | {Escaped(field.Description)} |\n");
        }

        Assert.True(Reference().Contains(table.ToString(), StringComparison.Ordinal), $"docs/formats/run-spec.md should hold:\n{table}");
    }

    [Fact]
    public void TheExampleOfTheReference_IsASpec()
    {
        var example = Reference().Split("```json")[1].Split("```")[0];
        Assert.Equal("pixels", RunSpecReader.Read(example, "run-spec.md").Train.Columns["image"].Column);
    }

    private static SpecField Field(string path) => SpecField.All.Single(field => field.Path == path);

    private static string Escaped(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static string Reference() => File.ReadAllText(Path.Combine(Repository(), "docs", "formats", "run-spec.md"));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MirroredInfluence.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
