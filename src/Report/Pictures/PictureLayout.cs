using System.Collections.Immutable;

namespace MirroredInfluence.Report;

/// <summary>How a row's tensor is a picture: [H,W], [1|3,H,W] or [H,W,1|3] of uint8, or of floats from 0 to 1.</summary>
internal sealed record PictureLayout
{
    public const string Expected = "[H,W], [1|3,H,W] or [H,W,1|3] of uint8 or floats, 4096 at most in each direction";

    private const int SideMin = 2, SideMax = 4096;
    private const int LooksLikeSideMin = 8;

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>1 or 3.</summary>
    public required int Channels { get; init; }

    /// <summary>[C,H,W] rather than [H,W,C].</summary>
    public required bool IsPlanar { get; init; }

    public required ElementType Element { get; init; }

    /// <summary>What a column is taken for when no one says that it holds pictures: a small vector pair or a matrix of 3 rows is none.</summary>
    public bool LooksLikePicture => Math.Min(Height, Width) >= LooksLikeSideMin;

    /// <summary>Null when such tensors are no pictures.</summary>
    public static PictureLayout? TryMake(ElementType element, ImmutableArray<int> shape)
    {
        if (element != ElementType.UInt8 && !element.IsFloat())
            return null;
        var layout = shape switch
        {
            [var height, var width] => Of(height, width, 1, isPlanar: false),
            [var height, var width, (1 or 3) and var channels] when height is not (1 or 3) => Of(height, width, channels, isPlanar: false),
            [(1 or 3) and var channels, var height, var width] => Of(height, width, channels, isPlanar: true),
            _ => null,
        };
        return layout is { Height: >= SideMin and <= SideMax, Width: >= SideMin and <= SideMax } ? layout : null;

        PictureLayout Of(int height, int width, int channels, bool isPlanar) =>
            new() { Height = height, Width = width, Channels = channels, IsPlanar = isPlanar, Element = element };
    }
}
