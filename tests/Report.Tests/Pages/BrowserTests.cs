using System.Text.RegularExpressions;

namespace MirroredInfluence.Report.Tests;

public sealed class BrowserTests
{
    [Fact]
    public async Task Overview_ShowsEachQueryWithItsFirstRows()
    {
        using var run = new SampleRun(hasGroups: true);
        var dom = await Chromium.OpenAsync(run.WritePage());
        Assert.Contains("data-ready=\"3\"", dom);
        Assert.Equal(3, Regex.Count(dom, "<li class=\"strip\""));
        Assert.Equal(15, Regex.Count(dom, "<div class=\"tile( same)?\""));
        Assert.Contains(">test-2</p>", dom);
        Assert.Contains("<dd>40</dd>", dom);
        Assert.Contains("<dt>wrong length</dt><dd>1</dd>", dom);
    }

    [Fact]
    public async Task QueryInTheAddress_IsShownWithItsRankingAndDistribution()
    {
        using var run = new SampleRun(hasGroups: true, name: query => $"größe & ‹{query}›");
        var dom = await Chromium.OpenAsync(run.WritePage(), "#query=" + Uri.EscapeDataString("größe & ‹1›"));
        Assert.Contains("<h1>größe &amp; ‹1›</h1>", dom);
        Assert.Equal(5, Regex.Count(dom, "<li class=\"card( same)?\""));
        Assert.Equal(1, Regex.Count(dom, "<li class=\"card same\""));
        Assert.Equal(5, Regex.Count(dom, "<line class=\"top( negative)?\""));
        Assert.Matches("<path class=\"bars\" d=\"M", dom);
        Assert.Contains("row number 1</p>", dom);
        Assert.Contains("<td>odd</td>", dom);
    }

    [Fact]
    public async Task HostileTexts_DoNotRun()
    {
        const string Hostile = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
        using var run = new SampleRun(caption: _ => Hostile, name: query => $"{Hostile}{query}", report: new ReportSpec { Caption = "caption", Title = "<i>title</i>" });
        var page = run.WritePage();
        foreach (var hash in new[] { "", "#query=" + Uri.EscapeDataString($"{Hostile}0") })
        {
            var dom = await Chromium.OpenAsync(page, hash);
            Assert.Contains("data-ready=\"3\"", dom);
            Assert.Contains("&lt;i&gt;title&lt;/i&gt;</title>", dom);
            Assert.DoesNotContain("<img src=\"x\"", dom);
        }
    }

    [Fact]
    public async Task Pictures_AreDrawn()
    {
        using var run = new SampleRun();
        var dom = await Chromium.OpenAsync(run.WritePage(), script:
            """
            addEventListener('load', () => {
              document.body.dataset.sizes = [...new Set([...document.images].map(image => `${image.naturalWidth}x${image.naturalHeight}`))].join();
            });
            """);
        Assert.Contains("data-sizes=\"10x8\"", dom);
    }

    [Fact]
    public async Task ThousandQueries_KeepAFewStripsInTheDocument()
    {
        using var run = new SampleRun(queryCount: 1000);
        var dom = await Chromium.OpenAsync(run.WritePage());
        Assert.Contains("data-ready=\"1000\"", dom);
        Assert.InRange(Regex.Count(dom, "<li class=\"strip\""), 5, 40);
        Assert.Contains("aria-setsize=\"1000\"", dom);
    }

    [Fact]
    public async Task SearchAndKeys_FindAndWalk()
    {
        using var run = new SampleRun(queryCount: 30);
        var dom = await Chromium.OpenAsync(run.WritePage(), script:
            """
            const search = document.querySelector('.search');
            const text = selector => document.querySelector(selector).textContent;
            const walk = step => new Promise(arrived => {
              addEventListener('hashchange', arrived, { once: true });
              step();
            });
            const press = key => walk(() => document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
            (async () => {
              search.value = 'TEST-2';
              search.dispatchEvent(new Event('input'));
              const seen = [text('.count')];
              await walk(() => document.querySelector('.strip a').click());
              seen.push(text('h1'));
              await press('ArrowRight');
              seen.push(text('h1'));
              await press('ArrowLeft');
              seen.push(text('h1'), text('.place'));
              await press('Escape');
              seen.push(text('.count'));
              document.body.dataset.seen = seen.join(' | ');
            })();
            """);
        Assert.Equal("11 of 30 | test-2 | test-20 | test-2 | 1 of 11 | 11 of 30", Regex.Match(dom, "data-seen=\"(.*?)\"").Groups[1].Value);
    }

    [Theory]
    [InlineData("#query=no-such-query")]
    [InlineData("#query=%E0%A4%A")]
    public async Task UnknownAddress_ShowsTheOverview(string hash)
    {
        using var run = new SampleRun(hasPictures: false);
        var dom = await Chromium.OpenAsync(run.WritePage(), hash, windowSize: "420,900");
        Assert.Equal(3, Regex.Count(dom, "<li class=\"strip\""));
    }
}
