package billing

import "time"

// DayLength is how long a day of the figures is: they are days of UTC.
const DayLength = 24 * time.Hour

// Snapshot is a scope's tally as it stood when a day began.
type Snapshot struct {
	Day   time.Time // its start, in UTC
	Tally Tally
}

// Day is what a day changed, and what it left.
type Day struct {
	Date   time.Time // its start, in UTC
	Change Tally
	Level  Tally // at its end; now, for the last one
}

// Days are the days from one on until today. The difference of two snapshots is
// what happened between them. A day whose snapshot is missing counts with the
// one before it, the first day against the first snapshot, if that is older;
// before the first snapshot nothing is known to have happened, and without any,
// everything happened today.
func Days(from, today time.Time, snapshots []Snapshot, now Tally) []Day {
	taken := map[time.Time]Tally{}
	for _, s := range snapshots {
		taken[s.Day] = s.Tally
	}
	level := Tally{}
	if len(snapshots) > 0 {
		level = snapshots[0].Tally
	}
	var days []Day
	for date := from; !date.After(today); date = date.Add(DayLength) {
		end, known := taken[date.Add(DayLength)]
		switch {
		case date.Equal(today):
			end = now
		case !known:
			end = level
		}
		days = append(days, Day{Date: date, Change: end.Less(level), Level: end})
		level = end
	}
	return days
}

// SumDays adds the days of several scopes, which begin and end together.
func SumDays(sum, days []Day) []Day {
	if len(sum) == 0 {
		sum = make([]Day, len(days))
		for i := range sum {
			sum[i] = Day{Date: days[i].Date, Change: Tally{}, Level: Tally{}}
		}
	}
	for i, d := range days {
		sum[i].Change.Add(d.Change)
		sum[i].Level.Add(d.Level)
	}
	return sum
}
