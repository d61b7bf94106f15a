namespace MirroredInfluence;

public enum AscentDirection
{
    /// <summary>Maximise the query's loss: influence = Δ.</summary>
    Ascent,

    /// <summary>Minimise it: influence = −Δ (paper Eq. 14, dividing by ε &lt; 0).</summary>
    Descent,
}
