using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>How every argument of <c>forward</c> is made. Bound once, then only row pointers change from mini-batch to mini-batch.</summary>
public sealed class ArgumentLayout
{
    private ArgumentLayout(ImmutableArray<ArgumentSource> sources, ulong seed)
    {
        Sources = sources;
        Columns = [.. sources.OfType<ColumnArgument>()];
        Seed = seed;
    }

    /// <summary>In the order of <c>forward</c>'s arguments.</summary>
    public ImmutableArray<ArgumentSource> Sources { get; }

    /// <summary>The sources that are columns, in the same order: the order of row pointers.</summary>
    public ImmutableArray<ColumnArgument> Columns { get; }

    /// <summary>Seeds all engine-made values.</summary>
    public ulong Seed { get; }

    /// <summary>Row keys are needed: an argument is noise or a timestep.</summary>
    public bool NeedsRowKeys => Columns.Length < Sources.Length;

    /// <exception cref="MirroredException">Invalid: an argument without a source, a source without an argument, or another dtype or shape than the archive declares.</exception>
    public static ArgumentLayout Bind(ModelSignature signature, IReadOnlyCollection<ArgumentSource> sources, ulong seed = 0) =>
        throw new NotImplementedException();
}
