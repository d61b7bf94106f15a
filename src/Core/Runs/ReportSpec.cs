using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>What the HTML report shows. Never part of a run's identity.</summary>
public sealed record ReportSpec
{
    [Description("Heading. Default: the run directory's name.")]
    public string? Title { get; init; }

    [Description("Column of pictures: raw tensors [H,W], [1|3,H,W] or [H,W,1|3] uint8, or PNG, JPEG, GIF or WebP bytes. Default: the first column that looks like one.")]
    public string? Picture { get; init; }

    [Description("Column shown as a row's text. Default: none.")]
    public string? Caption { get; init; }
}
