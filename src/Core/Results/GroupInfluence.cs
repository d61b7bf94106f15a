namespace MirroredInfluence;

/// <summary>Mean influence of the rows of one group (§2.1).</summary>
public sealed record GroupInfluence(string Group, long RowCount, double Mean);
