namespace MirroredInfluence;

/// <summary>What is kept of one query's influence over some training rows. Merging is associative and commutative: any cut of the rows gives the same result.</summary>
public sealed class QueryReduction(TopK top, Moments moments, InfluenceHistogram histogram, GroupSums groups)
{
    public QueryReduction(int topK, RankOrder rank)
        : this(new TopK(topK, rank), new Moments(), new InfluenceHistogram(), new GroupSums())
    {
    }

    public TopK Top { get; } = top;

    public Moments Moments { get; } = moments;

    public InfluenceHistogram Histogram { get; } = histogram;

    public GroupSums Groups { get; } = groups;

    /// <summary>Adds a scorable training row; each row once.</summary>
    public void Add(long trainRow, float influence, float lossDifference, float baseLoss, string? group = null)
    {
        Moments.Add(influence);
        Histogram.Add(influence);
        if (Top.MayKeep(influence))
            Top.Add(new InfluenceEntry { TrainRow = trainRow, Influence = influence, LossDifference = lossDifference, BaseLoss = baseLoss });
        if (group is not null)
            Groups.Add(group, influence);
    }

    public void Merge(QueryReduction other)
    {
        Top.Merge(other.Top);
        Moments.Merge(other.Moments);
        Histogram.Merge(other.Histogram);
        Groups.Merge(other.Groups);
    }
}
