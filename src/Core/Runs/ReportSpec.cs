namespace MirroredInfluence;

/// <summary>What the HTML report shows. Never part of a run's identity.</summary>
public sealed record ReportSpec
{
    /// <summary>Default: the run directory's name.</summary>
    public string? Title { get; init; }

    /// <summary>Column of pictures: raw tensors [H,W], [1|3,H,W] or [H,W,1|3] uint8, or PNG, JPEG, GIF or WebP bytes. Default: the first column that looks like one.</summary>
    public string? Picture { get; init; }

    /// <summary>Column shown as a row's text. Default: none.</summary>
    public string? Caption { get; init; }
}
