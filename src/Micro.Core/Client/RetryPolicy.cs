namespace Micro.Client;

/// <summary>Decides whether a failed attempt is repeated on another node.</summary>
/// <param name="attempt">The attempt and its failure.</param>
/// <returns><see langword="true"/> to try again, within the number of retries, the deadline and the retry budget.</returns>
public delegate bool RetryPolicy(in FailedAttempt attempt);
