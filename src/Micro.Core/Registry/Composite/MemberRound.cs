using Micro.Basics;

namespace Micro.Registry.Composite;

/// <summary>Asks all members of a composite registry at once and does not let one that hangs hold up the others.</summary>
internal static class MemberRound
{
    /// <summary>
    /// Ends when all have answered, or a short time after one gave an answer that is enough; the others then count as
    /// not answering and their token fires.
    /// </summary>
    /// <returns>One answer per member, in their order. A member's failure is an answer, never an exception.</returns>
    public static async Task<MemberAnswer<T>[]> AskAsync<T>(
        CompositeContext context,
        Func<int, CancellationToken, Task<T>> ask,
        Func<T, bool> isEnough,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = stop.Token;

        // On the pool, so that a member that blocks its thread delays nobody.
        var asked = context.Members.Select((_, index) => Task.Run(() => AskOneAsync(index, ask, token), CancellationToken.None)).ToArray();
        try
        {
            await WaitForEnoughAsync(asked, isEnough, cancellationToken).ConfigureAwait(false);
            await WaitForTheRestAsync(asked, context.Time, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            var answers = new MemberAnswer<T>[asked.Length];
            for (var index = 0; index < asked.Length; index++)
            {
                answers[index] = asked[index].IsCompleted ? await asked[index].ConfigureAwait(false) : NotYet<T>(context.Members[index]);
            }

            return answers;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns when one answer is enough, or all are there.</summary>
    private static async Task WaitForEnoughAsync<T>(
        IEnumerable<Task<MemberAnswer<T>>> asked, Func<T, bool> isEnough, CancellationToken cancellationToken)
    {
        var open = asked.ToList();
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open).WaitAsync(cancellationToken).ConfigureAwait(false);
            open.Remove(done);
            var answer = await done.ConfigureAwait(false);
            if (answer.Error is null && isEnough(answer.Value!))
            {
                return;
            }
        }
    }

    private static async Task WaitForTheRestAsync(IEnumerable<Task> asked, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(asked).WaitAsync(CompositeContext.Patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Who has not answered by now is left out.
        }
    }

    private static async Task<MemberAnswer<T>> AskOneAsync<T>(int index, Func<int, CancellationToken, Task<T>> ask, CancellationToken token)
    {
        try
        {
            return new MemberAnswer<T>(await ask(index, token).ConfigureAwait(false), null);
        }
        catch (Exception error)
        {
            return new MemberAnswer<T>(default, error);
        }
    }

    private static MemberAnswer<T> NotYet<T>(IRegistry member) =>
        new(default, new RegistryUnavailableException(member.Name, $"no answer within {ReadableTime.Of(CompositeContext.Patience)} of the others"));
}
