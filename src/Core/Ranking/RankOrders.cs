namespace MirroredInfluence;

public static class RankOrders
{
    /// <summary>What a ranking compares: larger is better. NaN stays NaN.</summary>
    public static float Score(this RankOrder rank, float influence) => rank switch
    {
        RankOrder.Proponents => influence,
        RankOrder.Opponents => -influence,
        RankOrder.Absolute => MathF.Abs(influence),
        _ => throw new ArgumentOutOfRangeException(nameof(rank), rank, null),
    };
}
